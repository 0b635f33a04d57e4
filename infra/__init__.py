"""Storage in AWS or in memory. It imports only the domain; boto3 is imported only here."""
