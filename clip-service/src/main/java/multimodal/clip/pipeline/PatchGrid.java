package multimodal.clip.pipeline;

import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Parameters;

/**
 * The patches that a model divides its square of a picture into.
 *
 * @param height rows of patches, at least 1
 * @param width patches of a row, at least 1
 */
public record PatchGrid(int height, int width) {

    static PatchGrid of(ModelManifest manifest) {
        Parameters grid = manifest.parameters().section("patch_grid");
        return new PatchGrid(grid.integer("height"), grid.integer("width"));
    }
}
