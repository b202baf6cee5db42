package multimodal.clip.steps;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.Preprocessing;
import multimodal.inference.tensor.Tensor;

/** Pictures to what the {@code vision} artifact of a model makes of them. Thread-safe. */
public final class PictureEncoder {

    private static final String ARTIFACT = "vision";

    private final PictureReader reader;

    public PictureEncoder(PictureReader reader) {
        this.reader = reader;
    }

    /** What it takes. */
    public static Cost cost(int pictures) {
        return Cost.of(ARTIFACT, pictures);
    }

    /**
     * Encodes pictures. What comes out for one depends on that one alone.
     *
     * @param pictures at least 1
     * @return {@code image_embeds} of the model, in the order of {@code pictures}: float32 (pictures, dimension) of a CLIP
     *     model, (pictures, patches, dimension) of a caption model
     * @throws PictureFaults with every picture that cannot be read
     */
    public Tensor encode(ModelHandle model, Permit permit, List<PictureFile> pictures) {
        Preprocessing preprocessing = model.manifest().preprocessing().orElseThrow();
        int maxBatch = model.manifest().artifacts().get(ARTIFACT).maxBatch();
        List<Tensor> parts = new ArrayList<>();
        List<PictureFaults.Fault> faults = new ArrayList<>();
        for (List<PictureFile> chunk : Chunks.of(pictures, maxBatch)) {
            permit.context().checkLive();
            try {
                Tensor pixels = reader.read(chunk, preprocessing);
                if (faults.isEmpty()) {
                    parts.add(model.run(permit, ARTIFACT, Map.of("pixel_values", pixels))
                            .get("image_embeds"));
                }
            } catch (PictureFaults e) {
                faults.addAll(e.faults());
            }
        }
        if (!faults.isEmpty()) {
            throw new PictureFaults(faults);
        }
        return Tensor.concatenateRows(parts);
    }
}
