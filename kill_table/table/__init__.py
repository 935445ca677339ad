"""What was found, added up and written, with the reasons that people gave."""
