"""Files that agencies leave in a place: a folder, an SFTP server, an object store; and exchanges made of them."""
