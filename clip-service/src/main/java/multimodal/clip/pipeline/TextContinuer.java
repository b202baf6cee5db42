package multimodal.clip.pipeline;

import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import multimodal.clip.steps.TextTokens;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.TokenizerSpec;

/** Goes on with a text (GPT-2, Radford et al. 2019), token by token. Thread-safe. */
public final class TextContinuer {

    /** Of a context that nobody claims for new tokens, this part is kept free for them. */
    private static final int RESERVED_PART = 4;

    /**
     * Makes one continuation, or several of the same prompt. A prompt that leaves no room for the new tokens loses its beginning.
     *
     * @param sink hears of every token as soon as it is settled, then of the result; may block
     */
    public void continueText(
            ModelHandle model, ContinueOptions options, RequestContext caller, Consumer<? super TextEvent> sink) {
        int context = TextModel.contextLength(model.manifest());
        OptionalInt asked = options.decoding().maxTokens();
        TextTokens prompt = prompt(model, options, context - asked.orElse(context / RESERVED_PART));
        int maxTokens = asked.orElse(context - prompt.ids().size());
        TextDecoding decoding = TextDecoding.goingOn(options.sequences(), model, options.decoding(), maxTokens, sink);
        try (Permit permit = model.admit(caller, decoding.cost(prompt.ids()));
                Row row = model.open(permit, TextModel.DECODER)) {
            decoding.run(permit, prompt.ids(), TextModel.decoder(model.manifest(), row, Map.of()));
            sink.accept(decoding.result(permit, CutText.of(options.prompt().field(), prompt)));
        }
    }

    private static TextTokens prompt(ModelHandle model, ContinueOptions options, int limit) {
        TokenizerSpec spec = TextModel.tokenizer(model.manifest());
        return TextTokens.open(model.tokenizer(), spec, options.prompt().value(), limit);
    }
}
