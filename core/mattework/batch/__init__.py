"""Many pictures at once: finding them, naming their results, a journal to go on from, reports to look at.

find      pictures in files and folders
names     where every result goes
lines     JSON, one value a line
journal   one line of JSON a picture: what `--resume`, reports and the editor's review read
run       reading ahead and writing behind while one picture is solved
look      small pictures of a result
summary   what to look at, how sure, how many
page      the HTML report
sheet     the contact sheet
"""
