package multimodal.clip.pipeline;

import java.util.List;
import multimodal.clip.steps.CrossModalEncoder;
import multimodal.clip.steps.PictureEncoder;
import multimodal.clip.steps.PictureFile;
import multimodal.clip.steps.TextTokens;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.tensor.Tensor;

/** Reads a text while looking at a picture, and says whether the two fit. Thread-safe. */
public final class ModalityFuser {

    private final PictureEncoder pictures;
    private final CrossModalEncoder encoder;

    public ModalityFuser(PictureEncoder pictures, CrossModalEncoder encoder) {
        this.pictures = pictures;
        this.encoder = encoder;
    }

    /** Fuses one picture and one text. */
    public Fusion fuse(ModelHandle model, PictureFile picture, Content.Text text, RequestContext context) {
        PatchGrid grid = PatchGrid.of(model.manifest());
        TextTokens tokens = TextTokens.framed(
                model.tokenizer(), model.manifest().tokenizer().orElseThrow(), text.value());
        try (Permit permit = model.admit(context, PictureEncoder.cost(1).and(CrossModalEncoder.cost()))) {
            Tensor patches = pictures.encode(model, permit, List.of(picture));
            CrossModalEncoder.Fused fused = encoder.encode(model, permit, tokens, patches);
            return new Fusion(
                    1 / (1 + Math.exp(-fused.matchLogit())),
                    tokens.spans(),
                    fused.states(),
                    fused.attention(),
                    grid,
                    WorkInfo.of(model, permit, CutText.of(text.field(), tokens)));
        }
    }
}
