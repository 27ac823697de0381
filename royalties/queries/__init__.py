"""What pages, documents and runs read over several tables."""
