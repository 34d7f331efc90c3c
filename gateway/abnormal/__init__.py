"""Abnormal use: accounts that ask as no honest one does are held, and a case is opened for the auditor."""
