"""Risk watch: every enterprise judged once a day by what is watched for; who is at risk, why, and what has changed."""
