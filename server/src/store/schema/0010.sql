-- Has a row from the commit that erases something until the database was written anew without its remains.
CREATE TABLE remains (
    one INTEGER PRIMARY KEY CHECK (one = 1)
) STRICT;
