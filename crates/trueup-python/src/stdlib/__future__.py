"""Features of later versions."""

annotations = None
division = None
absolute_import = None
print_function = None
unicode_literals = None
generator_stop = None
