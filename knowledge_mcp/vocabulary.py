"""The words of the field, for `words.py` and `query.py`: what is the same term, what carries no meaning, what is ours alone.

Members of an alias group are one term in the index. Words that are only near one another are in `related_words.py`.
"""

from __future__ import annotations

ALIASES: tuple[tuple[str, ...], ...] = (
    ("fine tuning", "finetuning", "finetune", "fine tune", "fine tunes", "ft"),
    ("learning rate", "lr", "step size"),
    ("batch size", "batchsize", "bs"),
    ("low rank", "lowrank"),
    ("parameter efficient", "peft", "parameter efficient fine tuning"),
    ("large language model", "llm", "language model"),
    ("supervised fine tuning", "sft"),
    ("direct preference optimisation", "dpo"),
    ("reinforcement learning", "rl", "rft", "reinforcement fine tuning"),
    ("reward model", "rm"),
    ("human feedback", "rlhf", "reinforcement learning from human feedback", "learning from human feedback"),
    ("function call", "function calling", "tool call", "tool calling", "tool use", "function calls", "tool calls"),
    (
        "no call",
        "without a call",
        "without a function call",
        "no tool",
        "not call",
        "not call a tool",
        "no function call",
    ),
    ("held out", "holdout", "hold out", "held back", "set aside"),
    ("test set", "testset", "evaluation set", "eval set", "evaluation data", "test data"),
    ("data set", "dataset"),
    ("chat template", "chat format", "prompt template"),
    ("few shot", "fewshot", "in context example", "in context learning", "shots"),
    ("system prompt", "system message"),
    ("retrieval augmented generation", "rag"),
    ("vector database", "vector store", "vector db", "vectordb"),
    ("vector search", "embedding search", "dense retrieval", "semantic search"),
    ("keyword search", "word search", "full text search", "lexical search", "sparse retrieval"),
    ("early stopping", "early stop", "stop early"),
    ("p value", "pvalue"),
    ("confidence interval", "error bar"),
    ("prompt injection", "jailbreak"),
    ("personal data", "pii", "personally identifiable information"),
    ("near duplicate", "almost identical", "nearly identical", "fuzzy duplicate", "almost the same"),
    ("out of memory", "oom", "cuda out of memory"),
    ("structured output", "json mode", "json output"),
    ("kv cache", "key value cache"),
    ("4 bit", "4bit", "int4", "nf4"),
    ("8 bit", "8bit", "int8"),
    ("speculative decoding", "draft model"),
    ("validation loss", "eval loss", "evaluation loss", "val loss"),
    ("train loss", "training loss"),
    ("catastrophic forgetting", "forgetting"),
    ("llm as judge", "llm judge", "llm as a judge", "model as judge", "llm grader"),
    ("mixture of experts", "moe"),
    ("gradient checkpointing", "activation checkpointing"),
    ("gradient accumulation", "grad accumulation"),
    ("time to first token", "ttft"),
    ("how many", "number of", "how large", "how big", "how much"),
    ("chain of thought", "cot", "reasoning trace"),
    ("end of sequence", "eos"),
    ("begin of sequence", "bos", "beginning of sequence"),
    ("hyperparameter", "hyper parameter"),
)
"""Groups whose members are one and the same term; the first one names it."""

IRREGULAR: dict[str, str] = {
    "learnt": "learn", "forgot": "forget", "forgotten": "forget", "forgets": "forget", "chosen": "choose", "chose": "choose",
    "written": "write", "wrote": "write", "ran": "run", "made": "make", "makes": "make", "better": "better", "gave": "give",
    "found": "find", "got": "get", "gotten": "get", "thought": "thought", "taught": "teach", "spent": "spend", "lost": "loss",
    "behaviour": "behavior", "behaviours": "behavior", "colour": "color", "centre": "center", "costs": "cost", "costly": "cost",
    "datasets": "dataset", "labelled": "label", "labelling": "label", "modelling": "model", "bigger": "bigger",
    "licences": "licence", "tokenizer": "tokeniser", "tokenizers": "tokeniser", "merging": "merge", "merged": "merge",
    "hallucination": "hallucinate", "hallucinations": "hallucinate", "news": "news", "indices": "index", "indexes": "index",
    "indexing": "index", "retrieved": "retrieve", "retrieval": "retrieval", "retriever": "retriever",
    "overfitted": "overfit", "overfits": "overfit", "overfitting": "overfit", "generalisation": "generalise",
    "generalization": "generalise", "memorisation": "memorise", "memorization": "memorise", "memorised": "memorise",
    "contamination": "contaminate", "optimiser": "optimise", "optimizer": "optimise", "significance": "significant",
    "reranking": "rerank", "reranker": "rerank", "quantised": "quantise", "quantized": "quantise", "duplicates": "duplicate",
    "deduplication": "deduplicate", "dedup": "deduplicate", "dedupe": "deduplicate", "distill": "distil", "distilled": "distil",
    "distillation": "distil", "warmup": "warmup", "monitoring": "monitor", "evaluation": "evaluate", "eval": "evaluate",
    "evals": "evaluate", "configuration": "config", "refusal": "refuse", "refusals": "refuse", "preferred": "prefer",
    "preference": "prefer", "preferences": "prefer", "statistics": "statistic", "statistical": "statistic",
}  # fmt: skip
"""Word -> the word whose stem it takes, where the rules of stemming do not reach."""

_STOP_WORDS_TEXT = """
a about after again all along also although always am an and another any anybody anyone anything are as at away be
because been before being best between both but by can cannot could did do does doesn doing don done down each either
else etc even ever every everybody everyone everything exactly few for from further get gets getting give given gives
go goes going good had has have having he help her here him his how however i if in instead into is isn it its itself
just let like ll lot made make makes making many may maybe me might more most much must my myself need needed needs
neither never no nobody none nor not nothing now of off often ok okay on once one ones only or other others our ours
out over own per please put quite rather re really s say says seem seems shall she should show simply since so some
somebody someone something soon still such sure t take taken takes tell than thank thanks that the their them then
there these they thing things think this those though through thus till to together too try trying under until up upon
us use used uses using usual usually ve very versus via vs want wanted wants was way ways we well went were what
whatever when where whether which while who whom whose why will with within without won work working works would yes
yet you your yours explain find idea happen happens happened start able look looks looking know known right
"""

STOP_WORDS = frozenset(_STOP_WORDS_TEXT.split())
"""Words that are left out of queries and of the index."""

_NEUTRAL_TEXT = """
able according actual afterwards ago almost already anyway apart around ask asked asking back bad badly basically
become begin behave believe bit boss bring brought call called came care case cause certain change changing choose
clear come comes coming common company compared concern consider correct couple current currently customer day days
deal decide depend depends despite different difficult directly easy effect end ended ends enough especially event
everywhere expect expected extra face fact fail far feel fewer fifty fifth final fine finish first five fix follow
four fresh full fully general great grow half hand handle happy hard high higher hour hours hundred important instance
interesting involve issue kind know large last later least leave left less likely line list little live long longer
look low lower main major manage manager matter mean means mind minute minutes mostly move near necessary new next
nice nobody normal number obvious obviously old open order ordinary part particular people perfect person place plain
point possible practice prefer pretty probably problem product properly provide question quick quickly reach read
ready real reason receive recommend remain require right run running safe saw second see seen sense several short side
similar simple single six small somehow sometimes somewhere sort special spend stakeholder state stay step stop stuck
stuff suddenly suggest suppose talk team ten tend term thirty thousand thousands three throw thrown time times today
told top total toward turn turns twelve twenty twice two type understand unless user usual various version wait watch
week weeks whole wonder word worry worth write wrong year years
"""

NEUTRAL = frozenset(_NEUTRAL_TEXT.split())
"""Everyday words that count when a record holds them and are not missed when it does not."""

_FIRM_TEXT = """
lora qlora peft dora pissa adalora vera loftq finetuning finetune finetuned overfit overfitting underfit dataset
prompt prompts prompting prompted llm gpt bert llama mistral qwen embedding embeddings retriever retrieval rerank
reranker rag chunking checkpoint checkpoints epoch epochs gradient gradients hyperparameter hyperparameters quantise
quantisation quantised gguf awq gptq vllm ollama inference tokeniser tokenise logits logprobs softmax transformer
transformers attention activations optimiser adam adamw warmup dropout regularisation backpropagation cuda gpu gpus
vram oom bf16 fp16 fp8 int8 fsdp deepspeed unsloth trl sftconfig sfttrainer huggingface perplexity rouge bleu mmlu
bfcl mcnemar bootstrap hallucinate hallucination hallucinations distillation rlhf rlaif ppo grpo rloo dpo kto orpo
simpo ipo sft rft rollouts rollout reinforcement pretraining pretrained annotators annotator minhash dedup deduplicate
deduplication hnsw bm25 colbert hyde raft jailbreak pii benchmark benchmarks baseline leakage contamination finetunes
speculative slerp mergekit weightdecay logit classifier chatbot chatbots agentic agent agents trajectory trajectories
synthetic json schema schemas
"""

FIRM = frozenset(_FIRM_TEXT.split())
"""Words that mean nothing but this field: one of them makes a query one of ours. Others ("train", "adapter") need company."""
