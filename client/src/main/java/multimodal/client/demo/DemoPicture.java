package multimodal.client.demo;

import multimodal.common.v1.Image;

/**
 * A picture that the demo has made.
 *
 * @param key names its file
 * @param text the sentence that it was made from
 */
record DemoPicture(String key, String text, Image image) {

    String fileName() {
        return key + ".png";
    }
}
