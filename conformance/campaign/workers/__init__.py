"""Worker processes: how they are started, told, waited for and replaced."""
