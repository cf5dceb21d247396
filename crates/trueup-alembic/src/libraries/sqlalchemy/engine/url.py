"""`sqlalchemy.engine.url`."""


class URL:
    def __init__(self, drivername, username=None, password=None, host=None, port=None, database=None, query=None):
        ...

    @classmethod
    def create(cls, drivername, username=None, password=None, host=None, port=None, database=None, query=None):
        return URL(drivername, username, password, host, port, database, query)

    def get_backend_name(self):
        return self.drivername.split("+")[0]

    def get_driver_name(self):
        return self.drivername.split("+")[1] if "+" in self.drivername else None

    def set(self, **kw):
        new = URL(self.drivername, self.username, self.password, self.host, self.port, self.database, self.query)
        for name, value in kw.items():
            setattr(new, name, value)
        return new

    def render_as_string(self, hide_password=True):
        ...


def make_url(name_or_url):
    ...
