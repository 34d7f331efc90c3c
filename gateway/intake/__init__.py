"""What an agency hands in: received, judged, held, corrected, sealed."""
