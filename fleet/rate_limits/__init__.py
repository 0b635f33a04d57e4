"""How often a provider may be asked: token budgets, and the permits that one observation or change draws from them."""
