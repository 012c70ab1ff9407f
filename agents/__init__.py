"""How a judgement is made: persona files read, brains (policy, chat model) asked, decisions typed and their evidence checked."""
