<%! from naming import title %>\
<%text>"""${not an expression}
% if this is text:
"""</%text>
MESSAGE = ${repr(message)}
TITLE = ${repr(title(message))}
HTML = '''${message | h, trim}'''
URL = "${message | u}"
DATE = "${create_date.date()}" "${create_date.isoformat()[:10]}" "${f'{create_date:%d.%m.%Y}'}" "${create_date.strftime('%j %a %b %y %p')}"
DATABASES = ${repr(config.get_main_option("databases").split(", "))}
% for index, name in enumerate(config.get_main_option("databases").split(", ")):
NAME_${index} = "${context.get("%s_upgrades" % name, name)}"
% endfor
<% count = 2 %>
% while count:
COUNT_${count} = ${count}
<% count -= 1 %>\
% endwhile
% try:
NUMBER = ${int("x")}
% except ValueError:
NUMBER = None
% endtry
revision = ${repr(up_revision) if up_revision else "None"}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}
