"""A tea house with people in it: for a first look, for showing it to others, and for trying clients on."""
