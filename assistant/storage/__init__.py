"""Files and databases that are whole or not there, whatever ends the process."""
