"""Configuring an offer: what may be chosen together, why not, the nearest change, the best completion, quantities.

| file | what it answers |
|---|---|
| `definitions` | what an offer model is, as a value and as JSON; nested models laid flat |
| `formulas` | quantities by arithmetic over options and inputs |
| `constraints` | which constraints a model and the facts of the day make, each with a name |
| `solving` | possible, forced, impossible, each with its reason; the nearest valid change; the best completion |
| `checking` | whether a finished choice keeps every rule, without the solver; whether a model can be published |
| `differences` | what one version of a model has that another has not |
"""
