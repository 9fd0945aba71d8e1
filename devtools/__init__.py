"""What `./dev` is made of: a bench of one's own, its services and sites, and the test suites. Standard library only."""
