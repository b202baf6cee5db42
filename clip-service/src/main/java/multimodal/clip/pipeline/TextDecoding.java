package multimodal.clip.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import multimodal.clip.pipeline.DecodingOptions.Beam;
import multimodal.clip.pipeline.DecodingOptions.Sampled;
import multimodal.clip.steps.CachedDecoder;
import multimodal.inference.admission.Permit;
import multimodal.inference.decoding.BeamSearch;
import multimodal.inference.decoding.FinishReason;
import multimodal.inference.decoding.LogProbabilities;
import multimodal.inference.decoding.LogitsFilter;
import multimodal.inference.decoding.StopRule;
import multimodal.inference.decoding.TokenSampler;
import multimodal.inference.decoding.TokenText;
import multimodal.inference.lifecycle.ModelHandle;

/**
 * The decoding loop that captions, answers and continuations share: one step of the decoder, one token, until the stop rule ends the
 * text. One instance makes one text; not thread-safe.
 */
final class TextDecoding {

    private final DecodingOptions options;
    private final StopRule rule;
    private final TokenText text;
    private final TokenTeller teller;
    private final Optional<Confidence> confidence;
    private OptionalLong seed = OptionalLong.empty();
    private FinishReason reason;

    private TextDecoding(
            ModelHandle model,
            DecodingOptions options,
            int maxTokens,
            boolean standsAlone,
            Optional<Confidence> confidence,
            Consumer<? super TextEvent.Token> sink) {
        long eosId = model.manifest().tokenizer().orElseThrow().eosId();
        this.options = options;
        this.rule = new StopRule(eosId, maxTokens, options.stopTexts());
        this.text = new TokenText(model.tokenizer(), options.stopTexts());
        this.teller = new TokenTeller(text, standsAlone, sink);
        this.confidence = confidence;
    }

    /** Of a text that is a whole: blanks at its beginning mean nothing. */
    static TextDecoding standingAlone(
            ModelHandle model, DecodingOptions options, int maxTokens, Consumer<? super TextEvent> sink) {
        return new TextDecoding(model, options, maxTokens, true, Optional.empty(), sink);
    }

    /** Of an answer, whose confidence is wanted. */
    static TextDecoding answering(
            ModelHandle model, int maxTokens, Confidence confidence, Consumer<? super TextEvent.Token> sink) {
        return new TextDecoding(model, DecodingOptions.greedy(), maxTokens, true, Optional.of(confidence), sink);
    }

    /** Of a text that goes on where another ends, perhaps with a blank. */
    static TextDecoding goingOn(
            ModelHandle model, DecodingOptions options, int maxTokens, Consumer<? super TextEvent> sink) {
        return new TextDecoding(model, options, maxTokens, false, Optional.empty(), sink);
    }

    /** Work units: decoder rows of all steps, at the most. */
    long cost() {
        return (long) options.strategy().slots() * rule.maxTokens();
    }

    /** Decodes from {@code prefix} on, to the end. */
    void run(List<Long> prefix, CachedDecoder decoder) {
        if (options.strategy() instanceof Beam beam) {
            reason = followSeveral(prefix, decoder, beam);
        } else if (options.strategy() instanceof Sampled sampled) {
            long drawn = sampled.seed().orElseGet(TextDecoding::newSeed);
            seed = OptionalLong.of(drawn);
            reason = followOne(prefix, decoder, filter(sampled), TokenSampler.seeded(drawn));
        } else {
            reason = followOne(prefix, decoder, penalty(), TokenSampler.greedy());
        }
    }

    /** The whole text, once {@link #run} has returned. */
    TextEvent.Result result(ModelHandle model, Permit permit, List<CutText> cutTexts) {
        WorkInfo info = WorkInfo.of(model, permit, cutTexts, seed);
        return new TextEvent.Result(teller.finish(), reason, teller.count(), info);
    }

    private FinishReason followOne(
            List<Long> prefix, CachedDecoder decoder, LogitsFilter filter, TokenSampler sampler) {
        List<Long> ids = new ArrayList<>(prefix);
        float[] logits = decoder.begin(prefix);
        while (true) {
            int token = sampler.sample(filter.apply(logits, ids));
            record(logits, token);
            if (rule.endsWith(token)) {
                return FinishReason.END;
            }
            ids.add((long) token);
            teller.add(token, LogProbabilities.of(logits, token));
            Optional<FinishReason> end = rule.check(teller.count(), text);
            if (end.isPresent()) {
                return end.get();
            }
            logits = decoder.next(List.of(0), List.of((long) token)).get(0);
        }
    }

    private void record(float[] logits, int token) {
        confidence.ifPresent(sure -> sure.add(logits, token));
    }

    private FinishReason followSeveral(List<Long> prefix, CachedDecoder decoder, Beam beam) {
        BeamSearch search = new BeamSearch(beam.count(), beam.lengthPenalty(), prefix, penalty(), rule);
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
        return tell(search.best(), known);
    }

    private FinishReason tell(BeamSearch.Beam best, BeamLogProbabilities known) {
        for (int length = 1; length <= best.tokens().size(); length++) {
            List<Long> sequence = best.tokens().subList(0, length);
            teller.add(sequence.get(length - 1), known.ofLast(sequence));
            if (text.isStopped()) {
                return FinishReason.STOP_TEXT;
            }
        }
        return best.finish();
    }

    private LogitsFilter penalty() {
        return options.repetitionPenalty() == 1
                ? LogitsFilter.none()
                : LogitsFilter.repetitionPenalty(options.repetitionPenalty());
    }

    private LogitsFilter filter(Sampled sampled) {
        List<LogitsFilter> filters = new ArrayList<>();
        filters.add(penalty());
        filters.add(LogitsFilter.temperature(sampled.temperature()));
        if (sampled.topK() > 0) {
            filters.add(LogitsFilter.topK(sampled.topK()));
        }
        if (sampled.topP() < 1) {
            filters.add(LogitsFilter.topP(sampled.topP()));
        }
        return LogitsFilter.chain(filters);
    }

    /** 32 random bits, as many as count. */
    private static long newSeed() {
        return Integer.toUnsignedLong(ThreadLocalRandom.current().nextInt());
    }
}
