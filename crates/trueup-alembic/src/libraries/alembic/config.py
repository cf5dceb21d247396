"""`alembic.config`. The values come from the project's configuration file, which trueup's reader of env.py knows."""


class Config:
    attributes = {}
    config_file_name = None
    config_ini_section = "alembic"
    cmd_opts = None
    print_stdout = None

    def __init__(self, file_=None, ini_section="alembic", output_buffer=None, stdout=None, cmd_opts=None, config_args=None, attributes=None, toml_file=None):
        self.config_file_name = file_
        self.config_ini_section = ini_section
        self.cmd_opts = cmd_opts
        self.attributes = attributes if attributes is not None else {}

    def get_main_option(self, name, default=None):
        ...

    def set_main_option(self, name, value):
        ...

    def get_section(self, name, default=None):
        ...

    def get_section_option(self, section, name, default=None):
        ...

    def set_section_option(self, section, name, value):
        ...

    def get_alembic_option(self, name, default=None):
        ...

    def get_template_directory(self):
        ...

    def remove_main_option(self, name):
        ...


class CommandLine:
    ...


def main(argv=None, prog=None, **kwargs):
    ...
