-- Who an invitation is for on the network map, where it is somebody there: nobody whom the client called unsafe is let in.
ALTER TABLE codes ADD COLUMN contact_id BLOB;
