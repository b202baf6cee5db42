package multimodal.image.steps;

import java.util.LinkedHashMap;
import java.util.Map;
import multimodal.inference.admission.Permit;
import multimodal.inference.repository.ModelId;
import multimodal.inference.tensor.Tensor;

/**
 * The latents of an all-grey picture, which a UNet that inpaints is given where there is nothing to paint into: encoded once
 * for each model and size in a process, for they never change.
 */
final class GreyLatents {

    /** More than the sizes of a model; of 96 × 96 cells and four channels they take 37 MB. */
    private static final int MOST = 256;

    private static final Map<Key, Tensor> KNOWN = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Tensor> eldest) {
            return size() > MOST;
        }
    };

    /** A model of other files is another model, whatever its name. */
    private record Key(ModelId model, Map<String, String> files, String engine, int width, int height) {}

    private GreyLatents() {}

    /** Float32 (1, channels, height / factor, width / factor); not to be written to. */
    static Tensor of(DiffusionModel model, Permit permit, int width, int height) {
        Key key = new Key(
                model.manifest().id(), model.manifest().files(), model.handle().engine(), width, height);
        Tensor latents = get(key);
        if (latents == null) {
            Tensor grey = Tensor.of(new float[3 * width * height], 1, 3, height, width);
            latents = LatentEncoder.encode(model, permit, grey);
            put(key, latents);
        }
        return latents;
    }

    private static synchronized Tensor get(Key key) {
        return KNOWN.get(key);
    }

    private static synchronized void put(Key key, Tensor latents) {
        KNOWN.put(key, latents);
    }
}
