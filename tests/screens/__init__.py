"""Pictures of the running product, for the README and for the eye of whoever changed a page: `make screens`."""
