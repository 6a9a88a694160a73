-- Which server the person's is, by the id that it says; another one at the same address does not count.
ALTER TABLE account ADD COLUMN server_id BLOB;
