package multimodal.clip.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import multimodal.inference.decoding.FinishReason;
import multimodal.inference.decoding.LogProbabilities;
import multimodal.inference.decoding.LogitsFilter;
import multimodal.inference.decoding.StopRule;
import multimodal.inference.decoding.TokenSampler;
import multimodal.inference.decoding.TokenText;
import multimodal.inference.lifecycle.ModelHandle;

/** One text that is being made, token by token, until the stop rule ends it. Not thread-safe. */
final class TextSequence {

    private final StopRule rule;
    private final TokenText text;
    private final TokenTeller teller;
    private final List<Long> ids = new ArrayList<>();
    private double logProbability;
    private TextEvent.MadeText made;

    /**
     * A text without tokens.
     *
     * @param number its place among the texts of its request, from 0
     * @param standsAlone whether it is a whole, so that blanks at its beginning mean nothing
     */
    TextSequence(
            int number, ModelHandle model, StopRule rule, boolean standsAlone, Consumer<? super TextEvent.Token> sink) {
        this.rule = rule;
        this.text = new TokenText(model.tokenizer(), rule.stopTexts());
        this.teller = new TokenTeller(number, text, standsAlone, sink);
    }

    /** Begins after {@code prefix}. */
    void begin(List<Long> prefix) {
        ids.addAll(prefix);
    }

    /**
     * Chooses what comes next.
     *
     * @param logits the model's scores
     * @param confidence hears of the choice, the end included
     */
    void choose(float[] logits, LogitsFilter filter, TokenSampler sampler, Optional<Confidence> confidence) {
        int token = sampler.sample(filter.apply(logits, ids));
        confidence.ifPresent(sure -> sure.add(logits, token));
        if (rule.endsWith(token)) {
            end(FinishReason.END);
        } else {
            add(token, LogProbabilities.of(logits, token));
            rule.check(teller.count(), text).ifPresent(this::end);
        }
    }

    /** Takes over a text that was made elsewhere, as far as no stop text ends it before. */
    void take(List<Long> tokens, List<Float> logProbabilities, FinishReason finish) {
        for (int place = 0; place < tokens.size() && !text.isStopped(); place++) {
            add(tokens.get(place), logProbabilities.get(place));
        }
        end(text.isStopped() ? FinishReason.STOP_TEXT : finish);
    }

    private void add(long token, float ownLogProbability) {
        ids.add(token);
        logProbability += ownLogProbability;
        teller.add(token, ownLogProbability);
    }

    private void end(FinishReason reason) {
        made = new TextEvent.MadeText(teller.finish(), reason, teller.count(), logProbability);
    }

    boolean isOpen() {
        return made == null;
    }

    /** The id that came last, of the prefix if there is none yet. */
    long last() {
        return ids.get(ids.size() - 1);
    }

    /** The finished text. */
    TextEvent.MadeText made() {
        return made;
    }
}
