"""The main job: an institution asks about an enterprise and gets a signed answer. Start at inquiry.py."""
