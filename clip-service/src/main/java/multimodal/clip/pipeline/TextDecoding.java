package multimodal.clip.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import multimodal.clip.pipeline.DecodingOptions.Beam;
import multimodal.clip.pipeline.DecodingOptions.Sampled;
import multimodal.clip.steps.CachedDecoder;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.FirstOutput;
import multimodal.inference.admission.Permit;
import multimodal.inference.decoding.BeamSearch;
import multimodal.inference.decoding.LogitsFilter;
import multimodal.inference.decoding.StopRule;
import multimodal.inference.decoding.TokenSampler;
import multimodal.inference.lifecycle.ModelHandle;

/**
 * The decoding loop that captions, answers and continuations share: one step of the decoder, one token of each text, until the
 * stop rule ends it. One instance makes the texts of one request; not thread-safe.
 */
final class TextDecoding {

    private final ModelHandle model;
    private final DecodingOptions options;
    private final StopRule rule;
    private final int count;
    private final boolean standsAlone;
    private final Optional<Confidence> confidence;
    private final Consumer<? super TextEvent.Token> sink;
    private List<TextSequence> sequences = List.of();
    private OptionalLong seed = OptionalLong.empty();

    private TextDecoding(
            ModelHandle model,
            DecodingOptions options,
            int maxTokens,
            int count,
            boolean standsAlone,
            Optional<Confidence> confidence,
            Consumer<? super TextEvent.Token> sink) {
        long eosId = model.manifest().tokenizer().orElseThrow().eosId();
        this.model = model;
        this.options = options;
        this.rule = new StopRule(eosId, maxTokens, options.stopTexts());
        this.count = count;
        this.standsAlone = standsAlone;
        this.confidence = confidence;
        this.sink = sink;
    }

    /** Of a text that is a whole: blanks at its beginning mean nothing. */
    static TextDecoding standingAlone(
            ModelHandle model, DecodingOptions options, int maxTokens, Consumer<? super TextEvent.Token> sink) {
        return new TextDecoding(model, options, maxTokens, 1, true, Optional.empty(), sink);
    }

    /** Of an answer, whose confidence is wanted. */
    static TextDecoding answering(
            ModelHandle model, int maxTokens, Confidence confidence, Consumer<? super TextEvent.Token> sink) {
        return new TextDecoding(model, DecodingOptions.greedy(), maxTokens, 1, true, Optional.of(confidence), sink);
    }

    /** Of {@code count} texts that go on where another ends, perhaps with a blank. */
    static TextDecoding goingOn(
            int count,
            ModelHandle model,
            DecodingOptions options,
            int maxTokens,
            Consumer<? super TextEvent.Token> sink) {
        return new TextDecoding(model, options, maxTokens, count, false, Optional.empty(), sink);
    }

    /** What the decoder does at the most: it reads {@code prefix}, then goes through all texts step by step. */
    Cost cost(List<Long> prefix) {
        int prompt = CachedDecoder.readAtOnce(prefix, TextModel.tokenizer(model.manifest()));
        int rows = Math.max(options.strategy().slots(), count);
        return Cost.ofText(TextModel.DECODER, prompt, rule.maxTokens(), rows);
    }

    /** Decodes from {@code prefix} on, to the end. */
    void run(Permit permit, List<Long> prefix, CachedDecoder decoder) {
        Consumer<TextEvent.Token> told = token -> {
            permit.firstOutput(FirstOutput.TOKEN);
            sink.accept(token);
        };
        sequences = IntStream.range(0, count)
                .mapToObj(number -> new TextSequence(number, model, rule, standsAlone, told))
                .toList();
        if (options.strategy() instanceof Beam beam) {
            followBeams(prefix, decoder, beam);
        } else if (options.strategy() instanceof Sampled sampled) {
            long drawn = sampled.seed().orElseGet(TextDecoding::newSeed);
            seed = OptionalLong.of(drawn);
            follow(prefix, decoder, filter(sampled, prefix), number -> TokenSampler.seeded(drawn + number));
        } else {
            follow(prefix, decoder, LogitsFilter.chain(shapers(prefix)), number -> TokenSampler.greedy());
        }
    }

    /** The whole texts, once {@link #run} has returned. */
    TextEvent.Result result(Permit permit, List<CutText> cutTexts) {
        WorkInfo info = WorkInfo.of(model, permit, cutTexts, seed);
        return new TextEvent.Result(sequences.stream().map(TextSequence::made).toList(), info);
    }

    /** Each text by itself; all of them read the prefix once and then go on side by side. */
    private void follow(
            List<Long> prefix, CachedDecoder decoder, LogitsFilter filter, LongFunction<TokenSampler> samplers) {
        List<TokenSampler> chosenBy =
                IntStream.range(0, sequences.size()).mapToObj(samplers::apply).toList();
        sequences.forEach(sequence -> sequence.begin(prefix));
        float[] first = decoder.begin(prefix);
        for (int number = 0; number < sequences.size(); number++) {
            sequences.get(number).choose(first, filter, chosenBy.get(number), confidence);
        }
        List<Integer> open = open();
        List<Integer> parents = open.stream().map(number -> 0).toList();
        while (!open.isEmpty()) {
            List<float[]> logits = decoder.next(
                    parents,
                    open.stream().map(number -> sequences.get(number).last()).toList());
            for (int place = 0; place < open.size(); place++) {
                int number = open.get(place);
                sequences.get(number).choose(logits.get(place), filter, chosenBy.get(number), confidence);
            }
            List<Integer> before = open;
            open = open();
            parents = open.stream().map(before::indexOf).toList();
        }
    }

    private List<Integer> open() {
        return IntStream.range(0, sequences.size())
                .filter(number -> sequences.get(number).isOpen())
                .boxed()
                .toList();
    }

    private void followBeams(List<Long> prefix, CachedDecoder decoder, Beam beam) {
        LogitsFilter filter = LogitsFilter.chain(shapers(prefix));
        BeamSearch search = new BeamSearch(beam.count(), beam.lengthPenalty(), prefix, filter, rule);
        BeamLogProbabilities known = new BeamLogProbabilities();
        List<float[]> logits = List.of(decoder.begin(prefix));
        while (true) {
            List<BeamSearch.Beam> parents = search.open();
            search.advance(logits);
            known.learn(parents, logits, search);
            List<BeamSearch.Beam> open = search.open();
            if (open.isEmpty()) {
                break;
            }
            logits = decoder.next(
                    open.stream().map(BeamSearch.Beam::parent).toList(),
                    open.stream().map(BeamSearch.Beam::lastToken).toList());
        }
        for (int number = 0; number < sequences.size(); number++) {
            BeamSearch.Beam done = search.done().get(number);
            sequences.get(number).take(done.tokens(), known.of(done.tokens()), done.finish());
        }
    }

    private LogitsFilter filter(Sampled sampled, List<Long> prefix) {
        List<LogitsFilter> filters = shapers(prefix);
        filters.add(LogitsFilter.temperature(sampled.temperature()));
        if (sampled.topK() > 0) {
            filters.add(LogitsFilter.topK(sampled.topK()));
        }
        if (sampled.topP() < 1) {
            filters.add(LogitsFilter.topP(sampled.topP()));
        }
        return LogitsFilter.chain(filters);
    }

    /** What every strategy puts before its choice. */
    private List<LogitsFilter> shapers(List<Long> prefix) {
        List<LogitsFilter> filters = new ArrayList<>();
        if (options.repetitionPenalty() != 1) {
            filters.add(LogitsFilter.repetitionPenalty(options.repetitionPenalty()));
        }
        if (options.minTokens() > 0) {
            filters.add(LogitsFilter.leastLength(rule.eosId(), prefix.size() + options.minTokens()));
        }
        return filters;
    }

    /** 32 random bits, as many as count. */
    private static long newSeed() {
        return Integer.toUnsignedLong(ThreadLocalRandom.current().nextInt());
    }
}
