/** One class for each image task; plain Java, with the loop over the steps in plain sight. */
package multimodal.image.pipeline;
