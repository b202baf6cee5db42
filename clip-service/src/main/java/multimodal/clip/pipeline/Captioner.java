package multimodal.clip.pipeline;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import multimodal.clip.steps.PictureEncoder;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.tensor.Tensor;

/** Describes a picture (BLIP, Li et al. 2022): the picture is seen once, then the words come one by one. Thread-safe. */
public final class Captioner {

    private final PictureEncoder pictures;

    public Captioner(PictureEncoder pictures) {
        this.pictures = pictures;
    }

    /**
     * Makes one caption.
     *
     * @param sink hears of every token as soon as it is settled, then of the result; may block
     */
    public void caption(
            ModelHandle model, CaptionOptions options, RequestContext context, Consumer<? super TextEvent> sink) {
        List<Long> prefix = TextModel.prefix(model.manifest(), options.language());
        int limit = TextModel.tokenLimit(model.manifest(), options.language());
        int maxTokens = options.decoding().maxTokens().orElse(limit);
        TextDecoding decoding = TextDecoding.standingAlone(model, options.decoding(), maxTokens, sink);
        try (Permit permit = model.admit(context, PictureEncoder.cost(1).and(decoding.cost(prefix)))) {
            Tensor patches = pictures.encode(model, permit, List.of(options.picture()));
            try (Row row = model.open(permit, TextModel.DECODER)) {
                Map<String, Tensor> seen = Map.of("encoder_hidden_states", patches);
                decoding.run(permit, prefix, TextModel.decoder(model.manifest(), row, seen));
            }
            sink.accept(decoding.result(permit, List.of()));
        }
    }
}
