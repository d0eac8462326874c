"""ALFWorld's text games behind the environment protocol: real ones, and generated ones."""
