"""What the words of an order mean in our books: item, unit, price, window, place. No judgement yet.

Pure functions from a line and master data to small records; checks/ put what is odd in them into words.
"""
