"""AWS <-> fleet: where memory is kept. Imports only the domain; boto3 is imported nowhere else."""
