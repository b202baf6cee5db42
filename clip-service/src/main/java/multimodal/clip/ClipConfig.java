package multimodal.clip;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How much the service takes on at once. */
@ConfigMapping(prefix = "clip")
public interface ClipConfig {

    /** Pictures that are decoded at once, 1 or more; each may take 200 MB while it is. */
    @WithDefault("2")
    int pictureDecoders();
}
