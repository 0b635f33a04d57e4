"""What is measured. Each module is a program that does one thing, prints its figures as JSON, and ends."""
