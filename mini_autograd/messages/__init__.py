"""Every message of torch as a row of a table, which is called for the exception to raise.

A row is a `Message`: its type and its text. A function stands where one of several texts is chosen
or a part of the text is computed. Messages were taken from the installed torch 2.13.0; a test
provokes each row on both sides. The tables are laid out by hand (`fmt: off`): a text begins in the
line of its row or below it, and fills the line.
"""
