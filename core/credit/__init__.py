"""Decision support: affordability, score, exposure and product checks. It advises; a person decides."""
