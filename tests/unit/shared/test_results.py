"""Refusals: a no that can be kept and handed on."""

import pickle

from crm_ext.shared.results import refuse


def test_a_refusal_comes_back_from_a_cache_as_it_was():
    refusal = refuse("no_skill", skill="Pumps")
    assert pickle.loads(pickle.dumps(refusal)) == refusal
