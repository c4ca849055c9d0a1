"""Files of numbers: text and workbooks, read row by row and written so that they can be read again."""
