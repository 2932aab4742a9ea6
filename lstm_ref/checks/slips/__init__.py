"""The vocabulary of mistakes that several exercises meet, each written once."""
