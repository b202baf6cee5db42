package multimodal.clip.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import multimodal.clip.steps.PictureEncoder;
import multimodal.clip.steps.QuestionEncoder;
import multimodal.clip.steps.TextTokens;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.tensor.Tensor;

/**
 * Answers a question about a picture (BLIP, Li et al. 2022): the picture is seen once, the question is read once while looking
 * at it, then the words of the answer come one by one. Thread-safe.
 */
public final class Answerer {

    private final PictureEncoder pictures;
    private final QuestionEncoder questions;

    public Answerer(PictureEncoder pictures, QuestionEncoder questions) {
        this.pictures = pictures;
        this.questions = questions;
    }

    /**
     * Makes one answer, of the likeliest token at each step.
     *
     * @param sink hears of every token as soon as it is settled; may block
     */
    public Answer answer(
            ModelHandle model, AnswerOptions options, RequestContext context, Consumer<? super TextEvent.Token> sink) {
        ModelManifest manifest = model.manifest();
        TextTokens question = TextTokens.framed(
                model.tokenizer(),
                TextModel.tokenizer(manifest),
                options.question().value());
        Confidence confidence = new Confidence(TextModel.temperature(manifest));
        int maxTokens = TextModel.tokenLimit(manifest, options.language());
        TextDecoding decoding = TextDecoding.answering(model, maxTokens, confidence, sink);
        List<Long> prefix = TextModel.prefix(manifest, options.language());
        Cost cost = PictureEncoder.cost(1).and(QuestionEncoder.cost()).and(decoding.cost(prefix));
        try (Permit permit = model.admit(context, cost)) {
            Tensor patches = pictures.encode(model, permit, List.of(options.picture()));
            Map<String, Tensor> seen = questions.encode(model, permit, question, patches);
            try (Row row = model.open(permit, TextModel.DECODER)) {
                decoding.run(permit, prefix, TextModel.decoder(manifest, row, seen));
            }
            TextEvent.Result text =
                    decoding.result(permit, CutText.of(options.question().field(), question));
            return answer(text, confidence.value(), options.language(), manifest);
        }
    }

    private static Answer answer(TextEvent.Result text, double sure, String language, ModelManifest manifest) {
        TextEvent.MadeText made = text.first();
        boolean isUnknown = TextModel.unknown(manifest, language).equals(Optional.of(made.text()));
        return new Answer(
                made.text(),
                isUnknown ? 1 - sure : sure,
                isUnknown,
                language,
                made.finishReason(),
                made.tokenCount(),
                text.info());
    }
}
