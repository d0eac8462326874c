"""WebShop as a text environment: many products, a shopper with an instruction, a score at the purchase."""
