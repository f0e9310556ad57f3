"""The process that holds index and models (`engine`, `owner`), and how others reach it (`client`)."""
