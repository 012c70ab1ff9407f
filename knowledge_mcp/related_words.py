"""Words that are looked up beside a word of the query, each at a weight: 1 would be an equal, 0.2 a hint.

An entry is `word weight: related words`. Words and phrases are written as people write them and stemmed when read
(`query.py`). Spellings and abbreviations of one term are in `vocabulary.py`.
"""

from __future__ import annotations

_TEXT = """
4 bit 0.6: quantisation, qlora | 70b 0.8: 65b, memory, qlora | 8 bit 0.6: quantisation
a b test 0.7: experiment, online | ability 0.4: capability | activations 0.6: gradient checkpointing, memory
adam 0.7: adamw, optimiser | adamw 0.6: optimiser | adapter 0.8: lora, parameter efficient
add epochs 0.5: epochs, overfit | add tokens 0.7: embeddings, vocabulary, special tokens
admit 0.6: abstain, abstention | agent 0.4: trajectory, tool | alert 0.7: alarm, monitoring | alike 0.4: diversity
alike 0.6: diversity, similar, tails | all the weights 0.9: full | all weights 0.9: full
allowed 0.6: licence, terms, legal | annotation 0.8: label, annotator | annotator 0.7: label, annotation, agreement
another thousand 0.6: more data, learning curve | answer 0.4: response, output | answer key 0.5: label
answers 0.2: response | api 0.6: tool, function | argument 0.4: function call, parameter
arithmetic 0.5: mathematics, ability | articles 0.5: documents, human texts | ask back 0.9: clarification, ask
attack 0.5: prompt injection, security | audit 0.6: log, documentation, provenance
augment 0.7: synthetic, synthesis, paraphrase | automatically 0.3: early stopping | average 0.5: mean, slice
average weights 0.8: merging, soup, interpolation | awq 0.8: quantisation, 4 bit | barely 0.6: falls, moves
baseline 0.5: prompted | batch 0.6: batch size | before it reaches 0.5: input, guardrail
begin of sequence 0.9: begin, tokens, special | behaves exactly 0.7: unchanged, like the base
believe 0.4: trust, wrong | benchmark 0.6: evaluation, test set | beta 0.5: preference, kl
better 0.4: gain, improve, preference | bf16 0.6: bfloat16, precision, 16 | big 0.4: large, size
bigger 0.5: large, larger, teacher | bill 0.6: cost, tokens | blame 0.3: cause
block 0.5: guardrail, guard, moderation | both 0.1: leakage | break even 0.8: cost, budget, hosted
broke 0.5: break, failure | budget 0.4: price | budget 0.5: cost | by hand 0.3: manual, hand
cache 0.4: prefix, kv cache | call 0.4: function call | came 0.3: origin, provenance
came from 0.6: provenance, origin, source, collection | card 0.4: gpu
catastrophic forgetting 0.6: forget, rehearsal, regression, general ability | category 0.6: topic, class
ceiling 0.4: stuck | chain of thought 0.7: reasoning, rationale, thought | chance 0.5: luck, significance
change 0.2: changing | chat 0.3: conversation, talk | chat template 0.4: template | cheap 0.6: cost, cheaper, budget
cheat 0.7: gamed, overoptimisation, hacking | checklist 0.6: step, check | checkpoint 0.4: weights
chosen 0.5: preference | chunk 0.6: passage, splitting, overlap | citation 0.6: cite, source, grounded
cite 0.6: citation, source, grounded | clarify 0.9: clarification, ask | class 0.4: topic, category
clean 0.5: filter, quality | clip 0.7: clipping | cloud 0.3: hosted, api, cost
combine 0.6: fuse, hybrid, fusion, mix, merge | combine two models 0.9: merging, merge
come from 0.6: provenance, origin, source, collection | comes from 0.5: citation, source, provenance
commercial 0.6: licence, terms | company 0.3: private, knowledge | compare 0.5: comparison, against
comparisons 0.5: preference, reward model | complain 0.5: feedback, monitoring
complaints 0.6: feedback, failures, incident | completion 0.5: answer | completions 0.6: answers, samples
compliance 0.6: licence, documentation, privacy | concurrent 0.6: throughput, batching
confidence 0.5: calibration, uncertainty | confidence interval 0.6: standard error
confidence interval 0.8: bootstrap, interval, uncertainty | confident 0.6: confidence, calibration
config 0.9: configuration, setting | contaminated 0.9: leakage, contamination, overlap
contamination 0.8: leakage, overlap | context 0.3: window | context 0.4: long context, window
context window 0.6: long context, length | continue training 0.7: continual, sequential, resume
conversation 0.4: chat, dialogue, multi turn | conversations 0.4: records, examples | convert 0.6: export, conversion
copy 0.4: memorisation, verbatim, duplicate | copyright 0.7: licence, consent | correct answer 0.3: right answer
cosine 0.6: schedule, decay | cost 0.4: budget, price, dear | count 0.3: number
crash 0.5: fault, interrupted, checkpoint, resume | cuda 0.6: gpu | curriculum 0.4: order, difficulty
customer 0.3: user, tenant, person, group | customers 0.4: tenants, variants, group | cut 0.3: truncation
cut off 0.8: truncation, truncate, length | cutoff 0.8: threshold | date 0.3: argument
dedup 0.9: duplicate, deduplicate, near duplicate | dedupe 0.9: duplicate, deduplicate, near duplicate
deduplicate 0.7: duplicate, near duplicate | deepspeed 0.7: zero, fsdp, distributed, sharding
degrade 0.6: worse, drop, drift | delete 0.3: remove | deploy 0.7: deployment, serving, serve, production
deployment 0.8: deploy, serving, production | detect 0.4: detection, alarm | deterministic 0.6: greedy, identical
deterministic 0.8: reproducibility, seed | difference 0.4: gain, comparison
different wording 0.8: paraphrase, reworded, semantic | difficult 0.6: hard, difficulty, complexity
difficulty 0.5: hard, curriculum | direct preference optimisation 0.6: preference | disagree 0.6: agreement, kappa
dislikes 0.8: thumbs, feedback, kto | distil 0.9: distillation, teacher, student
distill 0.9: distil, distillation, teacher, student | distillation 0.8: distil, teacher, student
distractor 0.5: irrelevant | distributed 0.6: fsdp, deepspeed, multi gpu | diverge 0.8: spike, unstable, instability
diversity 0.5: varied, coverage | divide 0.7: split | docs 0.8: document, retrieval augmented generation, retrieve
document 0.4: passage, corpus, file | document it 0.5: documentation, card
documents 0.4: passage, retrieval augmented generation, retrieve | does not fit 0.6: memory, window
does not stop 0.9: end of sequence, run on, stop token | dollars 0.7: cost, money, price | domain 0.3: pretraining
double 0.5: twice, duplicate | drift 0.7: monitoring, shift
duplicate 0.7: deduplicate, deduplication, near duplicate, copies | each 0.1: per | easy 0.3: difficulty
easy requests 0.8: router, cascade | email 0.5: personal data, mail | embedding 0.6: vector, dense, vector search
empty list 0.5: empty, failure, error | end of sequence 0.7: end, special, stop
end to end 0.6: step by step, procedure, pipeline | ended up 0.2: leakage
endless 0.8: end of sequence, run on, repetition | ends up 0.1: leakage | energy 0.5: cost, carbon
enough 0.4: minimum, sufficient | entropy 0.5: exploration, collapse | epoch 0.4: passes | error 0.4: failure, wrong
escalate 0.8: abstain, abstention, cascade | escaped 0.7: quotes, string | euros 0.7: cost, money, budget
eval 0.9: evaluation, test set | evaluate 0.7: evaluation, measure
evaluation 0.5: evaluate, benchmark, test set, measure | every day 0.5: peeking, continuous | everything 0.2: full
example 0.4: record, demonstration | exit 0.5: exploit, hacking | expensive 0.7: cost, costs, dear, budget
explode 0.8: spike, unstable, clipping | explodes 0.8: spike, clipping | export 0.5: merge, convert, parity
fact 0.6: knowledge | fail 0.4: failure, error | faithful 0.6: grounded, faithfulness, groundedness
fake 0.6: poisoning, planted, crafted | fast 0.5: latency, speed, throughput | feedback 0.4: preference, thumbs
few shot 0.7: shot, demonstration, example | few thousand 0.3: generate, synthesis | filter 0.4: selection, curation
fine tuning 0.5: tune, train, supervised fine tuning | first 0.2: order, position
first token 0.7: time to first token, latency, prefill | fixed bugs 0.5: regression, behavioural
flash attention 0.6: attention, kernel | flatter 0.6: sycophancy, flattering | flavour 0.8: variant
flavours 0.8: variant | follow up 0.5: multi turn, conversation
follow up question 0.8: conversation, rewrite, standalone | foreign language 0.6: multilingual, language
forget 0.8: catastrophic forgetting | forgets 0.3: missing, catastrophic forgetting | forgot 0.2: missing
format 0.3: structured output | fp16 0.6: float16, precision, 16 | fraction 0.7: share
from scratch 0.3: step by step, pretraining | fsdp 0.7: deepspeed, distributed, sharding | function 0.3: call
function 0.6: tool, function call | function call 0.6: tool, function, call | gap 0.4: coverage, missing
garbage 0.5: verify, quality, filter | gdpr 0.8: personal data, privacy, consent | generate 0.4: synthesis, synthetic
german 0.5: language, multilingual | gguf 0.6: quantisation, llama.cpp, export
gigabytes 0.5: body of text, pretraining | gives up 0.5: failure, recovery | goal 0.5: metric, target, success
goes down 0.5: falls | goes up 0.5: rises, turns | gold 0.4: label | gpt 0.4: large, teacher, hosted
gptq 0.8: quantisation, 4 bit | gpu 0.4: memory, hardware, accelerator | gpu hours 0.7: cost, budget
grade 0.6: grader, judge, score | grader 0.7: judge, reward, grade | gradient norm 0.7: clipping, clip
gradually 0.5: canary, steps | grammar 0.5: constrained, structured output | greedy 0.5: decoding, temperature
greeting 0.6: small talk, no call | grid 0.6: search, random search | ground truth 0.6: label, gold
grounded 0.6: faithfulness, citation | group size 0.5: answers per prompt
grpo 0.6: reinforcement learning, group, rloo | hack 0.7: gamed, overoptimisation, exploit
hacker 0.6: attack, injection, poisoning | half of the time 0.5: inconsistent, reliability
half precision 0.8: bf16, float16, mixed precision | hallucinate 0.8: hallucination, invent
hallucinated 0.8: hallucinate, invent | hallucination 0.8: invent, invention, made up
hand over 0.8: abstain, abstention, escalate, person | hand written 0.5: seed, manual | hard 0.3: difficulty
harder 0.6: difficulty, complexity, hard | hardware 0.4: gpu, memory | harmless 0.6: over refusal, refuse
held out 0.6: test set, validation | hello 0.6: greetings, talk | hello 0.8: greeting, small talk, no call
hold out 0.7: validation, held out | hosted 0.4: api | hours 0.3: time, duration | how big 0.3: size
how large 0.5: size, sample size | how long 0.3: time, length | how many 0.3: size, minimum
how many 0.5: size, minimum, sample size, enough, power | human 0.5: people, person, rater
human feedback 0.6: preference, reward model, reinforcement learning | hundreds of tools 0.7: many tools, retriever
hyperparameter 0.5: setting, search | i don't know 0.8: abstain, abstention, unanswerable
identical 0.5: same, entropy, variance | ignore 0.2: distractor | ignore 0.3: rules
imbalance 0.8: balance, share, topic | improvement 0.6: gain, difference, improve | in house 0.3: private
in my tests 0.5: evaluation, parity | in production 0.4: serving, deployment
inconsistent 0.5: reliability, sometimes | inference 0.7: serving, latency, generation | instruction 0.3: instructions
invent 0.7: hallucination | irrelevant 0.6: distractor, irrelevance | its own 0.4: own
jargon 0.7: domain, language, vocabulary | json 0.6: format, structured output, schema
judge 0.6: grader, llm as judge | jumps 0.6: spike | junk 0.5: verify, quality, filter | keep 0.2: rehearsal
keep looking 0.6: peeking | keep the top 0.6: filter, selection | keeps going 0.9: end of sequence, run on, stop token
keyword 0.7: bm25, word, lexical, keyword search | keyword search 0.8: bm25, word | kinds of lora 0.8: variant
kl 0.7: penalty, divergence, reference | knob 0.9: hyperparameter, setting | knowledge base 0.5: corpus, documents
kto 0.6: preference, thumbs | kv cache 0.6: memory, cache, prefix | label 0.4: annotation, labels
label errors 0.8: wrong labels, labels | labelled 0.5: records, examples | labels 0.5: annotation, label errors
language 0.2: multilingual | laptop 0.6: cpu, hardware, memory | large 0.3: size | last month 0.5: drift, shift
latency 0.5: slow, speed | layer 0.4: module, linear | leaderboard 0.6: benchmark
leak 0.8: leakage, contamination, memorisation | leakage 0.8: contamination, overlap, leak | learn 0.4: train, teach
learning rate 0.3: rate | learns nothing 0.8: zero, unchanged, rate | legal 0.6: licence, terms
length bias 0.7: verbosity, longer | licence 0.3: license, consent | license 0.9: licence
lie 0.6: hallucination, invent | like the base 0.8: unchanged, zero | likes 0.8: thumbs, feedback, kto
limit 0.2: curve | live 0.6: production, deployment, serving, monitoring | llama.cpp 0.7: gguf, quantisation
load 0.3: throughput | log 0.2: logging | log probs 0.8: logprobs, log probability, probability
logprobs 0.7: log probability, probability | long 0.3: length | longer 0.3: epoch, length, verbosity
look like 0.5: format, design | look things up 0.8: retrieve, retrieval augmented generation
look up 0.6: retrieve, retrieval augmented generation | looks different 0.4: drift, shift | loop 0.4: repetition
lora 0.6: parameter efficient, adapter, low rank | luck 0.6: chance, seed | made up 0.8: invent, hallucinate
maintain 0.8: maintenance, owner, owned | make up 0.8: invent, hallucination
makes up 0.8: invent, hallucination, hallucinate | malicious 0.8: poisoning, injection, attack
manual 0.4: document, knowledge | many tools 0.6: retriever, tool list | mask 0.8: masking, assistant
masking 0.8: mask, assistant | maths 0.6: mathematics, reasoning | max length 0.9: sequence length, truncation
meaning 0.7: semantic | memorise 0.8: memorisation, overfitting, heart | memory 0.4: gpu, vram, out of memory
merge 0.5: merging, merged | messages 0.3: record, conversation | metric 0.5: measure, score
million token 0.6: long context | mislabelled 0.9: wrong labels, label errors, labels | misses 0.4: recall
missing 0.3: gap, coverage | missing argument 0.9: missing arguments, clarification
mistake 0.6: error, wrong, pitfall | mmlu 0.6: benchmark, harness | moderate 0.6: moderation, guardrail
moderation 0.7: guardrail, safety | money 0.6: cost, budget | monitor 0.7: monitoring, drift, watch
month 0.3: drift, monitoring | more data 0.5: learning curve, dataset size
more rows 0.6: learning curve, dataset size | multi gpu 0.6: fsdp, deepspeed, distributed, sharding
multi turn 0.6: conversation, dialogue, turns | nan 0.8: unstable, precision, spike, overflow | narrow 0.5: niche
near duplicate 0.7: minhash, duplicate, similarity | never stops 0.9: end of sequence, run on, stop token
new documents 0.5: freshness, index | new token 0.7: embeddings, vocabulary, special tokens
new tokens 0.7: embeddings, vocabulary, special tokens | niche 0.6: narrow | no call 0.8: irrelevance, negatives
no effect 0.7: unchanged, nothing | no questions 0.6: backtranslation | noise 0.5: variance, noisy
noisy labels 0.9: wrong labels, label errors | not found 0.5: recall, misses | notebook 0.3: training
nothing 0.3: zero | notice 0.3: detect, alarm, monitoring | num generations 0.9: group size, answers per prompt
ocr 0.7: scan, parse, extraction | offline 0.3: off policy | old version 0.8: freshness, stale, version
ollama 0.7: serving, gguf, server | online 0.3: on policy | openai 0.6: hosted, provider | optimise 0.2: adamw
other words 0.6: paraphrase, semantic | out of memory 0.8: memory, qlora, fit, gradient checkpointing
outdated 0.6: stale, fresh, update, changing | outlier 0.5: anomaly, giants, broken | output 0.4: answer, response
over and over 0.6: repeat, diversity, same | overconfident 0.8: calibration, confident | overfit 0.9: overfitting
overfitting 0.7: overfit, memorisation | overlap 0.5: leakage, contamination | overnight 0.4: silent
owner 0.5: maintenance, owned | p value 0.8: significance, mcnemar | pack 0.8: packing, padding
pad 0.7: padding, packing | pad token 0.8: padding, end of sequence | padding 0.6: packing
page 0.4: passage, document | pair 0.5: pairwise, preference | pairs 0.5: pairwise, preference
parallel calls 0.6: parallel, several calls | parameter efficient 0.8: lora, adapter, qlora
paraphrase 0.5: wording, rephrase | parrot 0.8: memorisation, overfitting, repeat, verbatim
parse 0.4: extraction, parser | partly wrong 0.6: errors, labels | pass 0.3: epoch | passage 0.5: chunk
passes 0.6: epoch | password 0.5: personal data, keys | pays off 0.6: worth, justify | pdf 0.5: document, parse
people 0.3: human, person, rater | per group 0.5: slice | per month 0.5: cost, budget | per request 0.6: cost, latency
percent of users 0.8: canary, rollout | percentage 0.7: share, fraction, size
personal data 0.7: privacy, private, placeholders | phone 0.6: telephone, personal data | piece 0.6: chunk, passage
pitfall 0.7: mistake, pitfalls | planted 0.7: poisoning, inserted, injection | plateau 0.6: stuck, ceiling
please 0.3: flattering | plus or minus 0.9: standard error, interval, error
ppo 0.7: reinforcement learning, policy, human feedback | precision 0.5: bf16, bfloat16, float16, mixed precision
prefer 0.5: preference | preference 0.6: direct preference optimisation, chosen, rejected, comparison
prefers 0.5: bias, preference | prefix 0.5: cache, kv cache | price 0.4: cost | privacy 0.4: pii
privacy 0.8: personal data, private | probability 0.3: confidence, calibration | production 0.5: serving, deployment
prompt 0.3: prompting, system prompt | prompt cache 0.8: prefix, cache
prompt injection 0.8: injection, instructions, security | prompting 0.7: prompt | provider 0.5: hosted, api
prune 0.5: pruning, selection | publish 0.6: card, documentation, release | q4 0.8: quantisation, gguf, 4 bit
qlora 0.6: 4 bit, quantised, lora | quality 0.3: curated | quant 0.9: quantisation, 4 bit
quantisation 0.6: 4 bit, 8 bit, gguf, precision, bits | quantise 0.5: 4 bit, precision | r 0.9: rank
rambles 0.7: run on, end of sequence | ramp 0.8: warm, warmup | random 0.3: seed
randomly 0.7: sampling, temperature, random | rank 0.3: low rank | rate 0.3: score
rater 0.7: annotator, human, agreement | ratio 0.6: share, mixture, fraction
reasoning 0.4: thought, chain of thought, rationale | recipe 0.4: step, procedure
recompute 0.7: gradient checkpointing | record 0.4: example | recover 0.7: recovery, failure
reference model 0.5: kl, direct preference optimisation | refusal 0.7: refuse, decline | refuse 0.7: refusal, decline
refuses 0.6: refusal, over refusal | regression test 0.7: behavioural, suite, regression
reinforcement learning 0.6: grpo, ppo, policy, reward, rloo, human feedback | rejected 0.5: preference, negative
remove 0.2: drop | rename 0.7: names, masking, generalise | renamed 0.7: names, masking, generalise
rent 0.5: cost, gpu | repeat 0.3: repeatable, reproducibility | repeat the experiment 0.9: reproducibility, repeatable
repeats itself 0.8: repetition, loop, degenerate | rephrase 0.8: paraphrase, rewrite | reply 0.6: answer, response
reproduce 0.8: reproducibility, repeatable, seed | reproducible 0.8: reproducibility, repeatable, seed
request 0.3: query, call | requests per second 0.8: throughput, load | rerank 0.8: reranker, reranking, cross
reranker 0.9: rerank, reranking, cross | rerun 0.7: repeatable, reproducibility, seed
response 0.6: answer, output, result | responses 0.6: answer, output, result | resume 0.5: checkpoint
retrain 0.6: continual, schedule, drift | retrieval 0.7: retrieval augmented generation, search, retriever
retrieval augmented generation 0.8: retrieval, retrieve, retriever | retriever 0.8: retrieval, search
retry 0.5: error, recover, recovery | reward 0.4: reward model, grader
reward hacking 0.9: overoptimisation, gamed, hacking | reward model 0.6: reward, grader
rewrite 0.6: rewriting, query | rises 0.5: turns, climbs | rloo 0.6: reinforcement learning, grpo
robust 0.6: robustness, sensitivity | roll back 0.7: previous, switch, canary | rollback 0.7: previous, switch, canary
rollout 0.6: canary, deployment, generation | rollouts 0.6: samples, generation | route 0.7: router, routing, cascade
row 0.8: record, example | rows 0.5: data selection | rows 0.8: records, examples | running it 0.5: execution
safety 0.6: harmful, refusal | same 0.2: duplicate | same meaning 0.9: semantic, paraphrase
same way 0.3: agreement, consistent | sample 0.4: record, example | sampling 0.4: decoding, temperature
sandbox 0.6: execution | say which 0.5: rank, preference, pairs | scheduler 0.9: schedule
score 0.4: accuracy, metric | score our 0.4: grade, grader | scraped 0.5: web, licence | search 0.5: retrieval
secret 0.6: personal data, keys, passwords | security 0.4: poisoning | security 0.5: prompt injection, injection
seed 0.4: variance, reproducibility | seeds 0.4: seed set | select 0.7: selection, filter
selection 0.4: filter, curation | self host 0.7: serving, hosted, cost | sensitive 0.4: sensitivity, robust
sequence length 0.6: truncation, long | serve 0.5: serving, deployment | setting 0.5: hyperparameter, configuration
several gpus 0.7: multi gpu, fsdp, distributed | several people 0.5: annotators, hands, guide
ship 0.6: shipping, worth, verdict | shot 0.8: few shot | significance 0.8: significant, mcnemar, p value
significant 0.8: significance, mcnemar, p value | similar 0.3: similarity, near duplicate
simple 0.4: easy, difficulty | simulate 0.6: simulation, synthetic | single example 0.8: instruction dataset, record
single gpu 0.5: one device, memory | size 0.2: large | skill 0.5: ability | skills 0.6: ability, capability
skip sft 0.8: sft before, demonstrations | slerp 0.7: merging, interpolation | slow 0.6: latency, speed, faster
small 0.2: smaller, tiny | small talk 0.8: greeting, no call | smaller 0.4: distil, distillation, small
sometimes 0.5: inconsistent | source 0.3: citation, provenance | special tokens 0.5: chat template
speed 0.6: latency, throughput, faster | spike 0.5: unstable, instability | split 0.4: held out, group
split text 0.9: chunking, chunk | spot 0.5: interrupted, checkpoint, cost | sql 0.5: execution, code, query
stability 0.6: unstable, spike | stakeholder 0.5: user, goal | stale 0.6: outdated, fresh, update
standard error 0.7: confidence interval, interval, error | start 0.3: begin, first
start to end 0.8: step by step, procedure, pipeline | statistical 0.5: significance, statistics
stop 0.5: early stopping, patience | straight to 0.3: before, order
structured output 0.8: format, schema, constrained, grammar | stuck 0.4: ceiling, plateau | style 0.4: format, voice
subset 0.4: slice | suddenly 0.3: silent | supervised 0.7: supervised fine tuning, demonstration
supervised fine tuning 0.6: fine tuning, demonstration, instruction | supported 0.5: faithfulness, grounded, citation
sure 0.3: confidence | sycophantic 0.8: sycophancy, flattering | synthesis 0.7: synthetic, generate
synthetic 0.8: synthesis, synthesise, generated | system prompt 0.3: prefix | t4 0.6: float16, gpu
tables 0.5: table, structure | tag 0.3: label | take over 0.8: distil, replace, smaller
target modules 0.9: linear, layers | teach 0.6: train, fine tuning, learn | teacher 0.6: distillation, distil
temperature 0.5: sampling, decoding, greedy | template 0.5: chat template | tenant 0.6: multi tenant, variants
terms of service 0.9: licence, terms | test cases 0.6: regression, suite, tests | test set 0.5: held out, evaluation
text pieces 0.9: chunk, passage | threshold 0.4: cutoff | throughput 0.6: latency, batching
throw away 0.5: drop, discard | thrown away 0.5: drop, discard | thumbs 0.7: kto, binary, feedback
thumbs down 0.7: kto, feedback | ticket 0.3: record, support | ties 0.5: merging | tiny 0.7: small
tokenise 0.4: tokeniser, tokens | tokens per second 0.8: throughput, latency | tolerance 0.5: margin | tone 0.7: style
too long 0.7: length, truncation, sequence length | tool 0.5: function, function call, api
tool response 0.9: tool result, result | tool responses 0.7: tool result, observation
tool responses 0.9: tool result, result | tool result 0.5: observation | top ones 0.5: best, selection, filter
topic 0.4: coverage | toxic 0.5: guardrail, moderation | toxic 0.6: safety, harmful | trace 0.7: trajectory
train 0.4: fine tuning, tune | training example 0.5: record, instruction dataset | training set 0.2: data
trajectory 0.7: trace | translate 0.5: language, multilingual | trick 0.6: gamed, overoptimisation, hacking
truncated 0.8: truncation, length | trust 0.4: calibration, confidence | tune 0.7: fine tuning, train
turns 0.3: multi turn | turns upwards 0.7: turns, rises | twice 0.5: duplicate, double, copies
two adapters 0.7: merging, adapters | two answers 0.6: pair, pairwise, preference
two gpus 0.7: multi gpu, fsdp, distributed | uncertainty 0.6: interval, bootstrap
unit test 0.6: execution, program, code | unit tests 0.5: behavioural, suite | unlearn 0.7: catastrophic forgetting
unreliable 0.7: inconsistent, reliability | unsafe 0.8: safety, harmful | unsloth 0.5: kernel, memory, speed
unstable 0.6: stability, spike, variance | unsure 0.8: confidence, abstain, abstention, uncertainty
up to date 0.7: recent, changing, fact | update 0.3: freshness | upvotes 0.8: thumbs, feedback, preference
user 0.1: human | user feedback 0.6: thumbs, monitoring, preference | users fit 0.7: concurrent, capacity
v100 0.6: float16, gpu | valid 0.4: validity, format | variant 0.3: dora, pissa | varied 0.5: diversity
vector 0.7: embedding, dense, vector search | vector database 0.7: retrieval, embedding, vector search
vector search 0.8: embedding, dense, retrieval | verbatim 0.6: memorisation, repeat | verbose 0.8: verbosity, length
verifiable 0.5: verifier, program | verifier 0.6: verifiable, check, reward | version 0.4: versioning
vllm 0.7: serving, server, throughput | voice 0.5: style | vram 0.9: memory, gpu | warm 0.5: warmup
warmup 0.9: warm, schedule | watch 0.5: monitor, monitoring | website 0.5: document, web | weights 0.4: full
weights 0.5: full | what percentage 0.4: share, size | which is better 0.6: rank, preference, pairs, pairwise
while it runs 0.6: peeking | wiki 0.6: document, knowledge, fact | wording 0.6: paraphrase, format
wordy 0.8: verbosity, length | worse 0.5: regression, catastrophic forgetting, drop | worth 0.3: gain, effect
write down 0.6: documentation, datasheet, card | wrong 0.4: error, incorrect, mistake
wrong labels 0.9: label errors, labels | wrote itself 0.8: outputs, recursive, synthetic | years 0.2: maintenance
zero 0.5: 0
"""


def _entries() -> tuple[tuple[str, float, str], ...]:
    found = []
    for entry in _TEXT.replace("\n", " | ").split(" | "):
        head, colon, others = entry.partition(": ")
        if colon:
            word, _, weight = head.rpartition(" ")
            found.append((word, float(weight), others))
    return tuple(found)


RELATED: tuple[tuple[str, float, str], ...] = _entries()
"""Word -> weight -> words looked up beside it."""
