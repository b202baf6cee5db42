/** The parts of the image pipelines, each of which can be tested alone against goldens. */
package multimodal.image.steps;
