/** What pipelines are put together from: tokens, pictures, encoders, vectors. */
package multimodal.clip.steps;
