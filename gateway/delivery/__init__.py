"""How deliveries arrive: bodies received within bounds, resumable uploads, signatures, and who is let in when."""
